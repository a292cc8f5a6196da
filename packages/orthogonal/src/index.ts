export { muon } from "./muon.ts";
