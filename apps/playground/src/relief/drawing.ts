import type { Camera } from "./camera.ts";
import { type Draped, STRIDE, type Terrain } from "./terrain.ts";

/** Red, green and blue, 0 to 1. */
export type Colour = readonly [number, number, number];

/** The colours of a theme. */
export interface Inks {
  readonly paper: Colour;
  readonly tint: Colour;
  readonly text: Colour;
  /** How much of the tint each level adds. */
  readonly depth: number;
}

/** A path as it is drawn: dashes are lengths in pixels, on and off by turns. */
export interface Line {
  readonly draped: Draped;
  readonly colour: Colour;
  readonly dash: readonly number[];
}

const ground = {
  vertex: `#version 300 es
layout(location=0) in vec3 place; layout(location=1) in vec3 away; layout(location=2) in float level;
uniform mat4 camera; out vec3 n; out float l; out vec2 uv;
void main() { n = away; l = level; uv = place.xy * .5 + .5; gl_Position = camera * vec4(place, 1.); }`,
  fragment: `#version 300 es
precision highp float;
in vec3 n; in float l; in vec2 uv; out vec4 colour;
uniform vec3 paper, tint, text, light; uniform float depth; uniform sampler2D areas;
void main() {
  vec3 c;
  if (l < -.5) c = mix(paper, text, .1 + .05 * max(0., dot(n, light)));
  else {
    float w = fwidth(l);
    c = mix(paper, tint, 1. - pow(1. - depth, floor(l) * 1.25));
    vec4 area = texture(areas, uv);
    c = mix(c, area.rgb, area.a);
    float line = (1. - smoothstep(.5, 1.4, abs(fract(l + .5) - .5) / max(w, 1e-5))) * (1. - smoothstep(.25, .7, w)) * step(.5, l);
    c = mix(c, tint, .34 * line);
    float lit = dot(normalize(n), light);
    c = lit > .8 ? mix(c, vec3(1.), .25 * (lit - .8)) : c * (1. - .34 * (.8 - lit));
  }
  colour = vec4(c, 1.);
}`,
};

const line = {
  vertex: `#version 300 es
layout(location=0) in vec4 from; layout(location=1) in vec4 to;
uniform mat4 camera; uniform vec2 size; uniform float width, lift; out float along;
void main() {
  vec4 a = camera * vec4(from.xyz, 1.), b = camera * vec4(to.xyz, 1.);
  vec2 way = (b.xy / b.w - a.xy / a.w) * size;
  float far = length(way);
  way = far > 1e-4 ? way / far : vec2(1., 0.);
  float end = float(gl_VertexID & 1), side = float(gl_VertexID >> 1) * 2. - 1.;
  vec4 p = end > .5 ? b : a;
  vec2 shift = (vec2(-way.y, way.x) * side + way * (end * 2. - 1.) * .5) * width * .5;
  p.xy += shift / size * 2. * p.w;
  p.z -= lift * p.w;
  along = end > .5 ? to.w : from.w;
  gl_Position = from.w < 0. || to.w < 0. ? vec4(2., 2., 2., 1.) : p;
}`,
  fragment: `#version 300 es
precision highp float;
in float along; out vec4 colour;
uniform vec4 ink; uniform float dash[8]; uniform int dashes; uniform float total, scale;
void main() {
  if (dashes > 0) {
    float at = mod(along * scale, total);
    for (int i = 0; i < dashes; i++) { if (at < dash[i]) { if (i % 2 == 1) discard; break; } at -= dash[i]; }
  }
  colour = ink;
}`,
};

function program(gl: WebGL2RenderingContext, of: { readonly vertex: string; readonly fragment: string }): WebGLProgram {
  const made = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, of.vertex],
    [gl.FRAGMENT_SHADER, of.fragment],
  ] as const) {
    // biome-ignore format: a pair
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("The height field needs WebGL, which this browser has just lost.");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`The height field's shaders do not link: ${gl.getProgramInfoLog(made)}`);
  return made;
}

/** A height field with paths on it, on a canvas. */
export class Drawing {
  readonly #gl: WebGL2RenderingContext;
  readonly #ground: WebGLProgram;
  readonly #line: WebGLProgram;
  readonly #solid: {
    readonly corners: WebGLBuffer;
    readonly triangles: WebGLBuffer;
    readonly array: WebGLVertexArrayObject;
  };
  readonly #areas: WebGLTexture;
  readonly #places = new Map<WebGLProgram, Map<string, WebGLUniformLocation | null>>();
  #count = 0;
  #lines: (Line & { readonly buffer: WebGLBuffer })[] = [];
  /** The picture on the canvas, to which later steps are added; undefined if it has to be drawn again. */
  #shown: { readonly camera: Camera; readonly inks: Inks; readonly width: number; readonly height: number; readonly step: number } | undefined; // biome-ignore format: one line

  /** Throws if the browser has no WebGL2. */
  constructor(canvas: HTMLCanvasElement) {
    // The picture is kept after it was shown, so that it can be saved.
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error("This browser has no WebGL2, which the height field needs. The map shows the same race.");
    this.#gl = gl;
    this.#ground = program(gl, ground);
    this.#line = program(gl, line);
    this.#solid = { corners: gl.createBuffer(), triangles: gl.createBuffer(), array: gl.createVertexArray() };
    this.#areas = gl.createTexture();
    this.areas(undefined);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Takes a solid. */
  terrain({ corners, triangles }: Terrain): void {
    const gl = this.#gl;
    const { array, corners: vertices, triangles: indices } = this.#solid;
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, vertices);
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, triangles, gl.STATIC_DRAW);
    for (const [at, size, offset] of [
      [0, 3, 0],
      [1, 3, 3],
      [2, 1, 6],
    ] as const) {
      // biome-ignore format: a table
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, 4 * STRIDE, 4 * offset);
    }
    gl.bindVertexArray(null);
    this.#count = triangles.length;
    this.#shown = undefined;
  }

  /** Tints the ground: four bytes for each cell, row by row from the least y. */
  areas(map: { readonly bytes: Uint8Array; readonly columns: number; readonly rows: number } | undefined): void {
    const gl = this.#gl;
    const { bytes, columns, rows } = map ?? { bytes: new Uint8Array(4), columns: 1, rows: 1 };
    this.#shown = undefined;
    gl.bindTexture(gl.TEXTURE_2D, this.#areas);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, columns, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  }

  /** Takes paths in place of those it has. */
  lines(lines: readonly Line[]): void {
    const gl = this.#gl;
    for (const { buffer } of this.#lines) gl.deleteBuffer(buffer);
    this.#lines = lines.map((one) => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, one.draped.points, gl.STATIC_DRAW);
      return { ...one, buffer };
    });
    this.#shown = undefined;
  }

  /** The place of a shader's input, looked up once. */
  #at(of: WebGLProgram, name: string): WebGLUniformLocation | null {
    const known = this.#places.get(of) ?? new Map<string, WebGLUniformLocation | null>();
    this.#places.set(of, known);
    if (!known.has(name)) known.set(name, this.#gl.getUniformLocation(of, name));
    return known.get(name)!; // just put there
  }

  /** Draws everything, paths up to a step; onto the picture of an earlier step only what came since. `density` is device pixels for each pixel of the page. */
  draw(camera: Camera, inks: Inks, step: number, density: number): void {
    const { drawingBufferWidth: width, drawingBufferHeight: height } = this.#gl;
    const was = this.#shown;
    const same =
      was !== undefined &&
      was.inks === inks &&
      was.width === width &&
      was.height === height &&
      was.step <= step &&
      was.camera.matrix.every((v, i) => v === camera.matrix[i]);
    this.#gl.viewport(0, 0, width, height);
    if (!same) this.#drawGround(camera, inks);
    this.#drawLines(camera, inks, same ? was.step : -1, step, density);
    this.#shown = { camera, inks, width, height, step };
  }

  #drawGround(camera: Camera, inks: Inks): void {
    const gl = this.#gl;
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.useProgram(this.#ground);
    gl.uniformMatrix4fv(this.#at(this.#ground, "camera"), false, camera.matrix);
    for (const name of ["paper", "tint", "text"] as const) gl.uniform3fv(this.#at(this.#ground, name), inks[name]);
    gl.uniform1f(this.#at(this.#ground, "depth"), inks.depth);
    // Light falls over the reader's left shoulder.
    const [fx, fy] = [-camera.forward[0], -camera.forward[1]];
    const light = [0.35 * fx - 0.45 * fy, 0.35 * fy + 0.45 * fx, 0.8];
    const bright = Math.hypot(...light);
    gl.uniform3fv(
      this.#at(this.#ground, "light"),
      light.map((v) => v / bright),
    );
    gl.bindTexture(gl.TEXTURE_2D, this.#areas);
    gl.bindVertexArray(this.#solid.array);
    gl.drawElements(gl.TRIANGLES, this.#count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  /** Draws the pieces of paths that come after one step, up to another. */
  #drawLines(camera: Camera, inks: Inks, after: number, step: number, density: number): void {
    const gl = this.#gl;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    gl.useProgram(this.#line);
    gl.uniformMatrix4fv(this.#at(this.#line, "camera"), false, camera.matrix);
    gl.uniform2f(this.#at(this.#line, "size"), width, height);
    gl.uniform1f(this.#at(this.#line, "scale"), width / density / 2.7);
    for (const at of [0, 1]) {
      gl.enableVertexAttribArray(at);
      gl.vertexAttribDivisor(at, 1);
    }
    const coat = (count: number, ink: readonly number[], thick: number, lift: number): void => {
      // biome-ignore format: five small things
      gl.uniform4fv(this.#at(this.#line, "ink"), ink);
      gl.uniform1f(this.#at(this.#line, "width"), thick * density);
      gl.uniform1f(this.#at(this.#line, "lift"), lift);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    };
    for (const one of this.#lines) {
      const { upTo } = one.draped;
      const pieces = (to: number): number => (to < 0 ? 0 : Math.max(0, (upTo[Math.min(to, upTo.length - 1)] ?? 0) - 1));
      const first = pieces(after);
      const count = pieces(step) - first;
      if (count < 1) continue;
      gl.bindBuffer(gl.ARRAY_BUFFER, one.buffer);
      gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 16, 16 * first);
      gl.vertexAttribPointer(1, 4, gl.FLOAT, false, 16, 16 * (first + 1));
      gl.uniform1i(this.#at(this.#line, "dashes"), 0);
      coat(count, [...inks.paper, 1], 4.5, 0.004);
      gl.uniform1i(this.#at(this.#line, "dashes"), one.dash.length);
      if (one.dash.length > 0) {
        gl.uniform1fv(this.#at(this.#line, "dash"), one.dash);
        gl.uniform1f(this.#at(this.#line, "total"), one.dash.reduce((a, b) => a + b, 0)); // biome-ignore format: one sum
      }
      coat(count, [...one.colour, 1], 2.2, 0.006);
    }
    for (const at of [0, 1]) gl.vertexAttribDivisor(at, 0);
  }
}
