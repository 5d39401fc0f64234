// The tables of _tables.mjs, streamed.
//
// IDENTIFICATION
//   test/oracle/handlers/kit_stream.mjs

import { serveStream } from "../../../functions/node/src/index.js";
import { handlerFor } from "./_tables.mjs";

export const handler = awslambda.streamifyResponse(
  async (event, stream, context) => {
    const serve = (...tables) => serveStream(...tables.slice(0, -1));
    await handlerFor(event, "stream", serve)(event, stream, context);
  });
