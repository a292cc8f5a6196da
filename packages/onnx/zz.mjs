import fs from "node:fs"; import { importModel, differentiate } from "@descent/onnx";
const t=process.cpuUsage();
try { const g = importModel(fs.readFileSync(process.argv[2])); differentiate(g, { loss: (gr, o) => gr.op("ReduceMean", [o[0]], { keepdims: { kind: "int", value: 0 } })[0] }); console.log("ok"); } catch (e) { console.log(e.constructor.name + ":", e.message.slice(0, 160)); }
const u=process.cpuUsage(t); console.log("cpu ms", (u.user+u.system)/1000|0);
