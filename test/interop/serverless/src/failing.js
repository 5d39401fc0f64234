// Fails: throws, or answers with an error of its own if asked for a "sqlstate".
class StockError extends Error {
  constructor(message) {
    super(message);
    this.name = "StockError";
  }
}

exports.handler = async (event) => {
  const message = "no ☕ left";
  if (!event.sqlstate) throw new StockError(message);
  return { lambda_fdw_error: { message, sqlstate: event.sqlstate } };
};
