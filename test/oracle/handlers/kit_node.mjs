// The tables of _tables.mjs, in pages.
//
// IDENTIFICATION
//   test/oracle/handlers/kit_node.mjs

import { serve } from "../../../functions/node/src/index.js";
import { handlerFor } from "./_tables.mjs";

export async function handler(event, context) {
  return handlerFor(event, "node", serve)(event, context);
}
