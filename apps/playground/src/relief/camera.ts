/** A point of the scene: the surface stands on a square from −1 to 1, and `z` is up. */
export type Point = readonly [x: number, y: number, z: number];

/** From where the scene is seen, in degrees: `turn` around it from the front, `tilt` from the ground up. */
export interface Direction {
  readonly turn: number;
  readonly tilt: number;
}

/** The camera looks at this point from this far, through an opening of this many degrees. */
const [TARGET, DISTANCE, OPENING]: readonly [Point, number, number] = [[0, 0, 0.24], 4.3, 35];

/** Where points of the scene are seen, and which points of the scene are seen where. */
export interface Camera {
  /** Four columns of four numbers, for a shader. */
  readonly matrix: Float32Array;
  /** From the camera's place towards the target, of length 1. */
  readonly forward: Point;
  /** The pixel at which a point is seen. */
  pixel(point: Point): readonly [x: number, y: number];
  /** A line of sight: where it begins, and its direction. */
  ray(x: number, y: number): { readonly from: Point; readonly along: Point };
}

const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A camera for a picture of `width` by `height` pixels. */
export function cameraOf({ turn, tilt }: Direction, width: number, height: number): Camera {
  const [a, b] = [radians(turn), radians(tilt)];
  const right: Point = [Math.cos(a), Math.sin(a), 0];
  const forward: Point = [-Math.cos(b) * Math.sin(a), Math.cos(b) * Math.cos(a), -Math.sin(b)];
  const up: Point = [-Math.sin(b) * Math.sin(a), Math.sin(b) * Math.cos(a), Math.cos(b)];
  const eye = TARGET.map((t, i) => t - DISTANCE * forward[i]!) as unknown as Point; // three
  // The square has to fit whatever side is shorter.
  const opening = Math.tan(radians(OPENING / 2)) * Math.max(1, (0.86 * height) / width);
  const [sx, sy] = [height / width / opening, 1 / opening];
  const [near, far] = [1, 8];
  const [za, zb] = [(far + near) / (far - near), (-2 * far * near) / (far - near)];
  const rows = [
    [...right.map((v) => v * sx), -sx * dot(right, eye)],
    [...up.map((v) => v * sy), -sy * dot(up, eye)],
    [...forward.map((v) => v * za), zb - za * dot(forward, eye)],
    [...forward, -dot(forward, eye)],
  ];
  const matrix = Float32Array.from({ length: 16 }, (_, i) => rows[i % 4]![Math.floor(i / 4)]!); // four by four
  return {
    matrix,
    forward,
    pixel([x, y, z]) {
      const [cx, cy, , w] = rows.map((row) => row[0]! * x + row[1]! * y + row[2]! * z + row[3]!) as [number, number, number, number]; // biome-ignore format: four
      return [((1 + cx / w) / 2) * width, ((1 - cy / w) / 2) * height];
    },
    ray(px, py) {
      const [u, v] = [((2 * px) / width - 1) / sx, (1 - (2 * py) / height) / sy];
      return { from: eye, along: forward.map((f, i) => f + u * right[i]! + v * up[i]!) as unknown as Point }; // three
    },
  };
}
