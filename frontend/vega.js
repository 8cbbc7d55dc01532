// The chart bundle: drawn with the expression interpreter, so that no script is made from text and a strict
// Content-Security-Policy holds.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

window.qsmsVega = { embed, expressionInterpreter };
