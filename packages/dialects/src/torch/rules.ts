import { rule } from "@descent/core";
import { muon, muonMatchRms } from "@descent/orthogonal";

/** Muon without Nesterov's look ahead: the running mean alone is made orthogonal. */
export const muonPlain = rule({
  ...muon,
  id: "torch/muon-plain",
  title: "Muon without Nesterov",
  update: { ...muon.update, ahead: "m" },
});

/** The same, with steps of AdamW's size. */
export const muonPlainMatchRms = rule({
  ...muonMatchRms,
  id: "torch/muon-plain-match-rms",
  title: "Muon without Nesterov, matched to AdamW",
  update: { ...muonMatchRms.update, ahead: "m" },
});
