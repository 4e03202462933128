// All that can be done to a list of cues, one concern a file.

export * from "./cues.js";
export * from "./placing.js";
export * from "./shaping.js";
export * from "./wording.js";
