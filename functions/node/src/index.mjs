// The same, for import.
import kit from "./index.js";

export const { table, serve, serveStream, Error, Failed } = kit;
