// Powertools for AWS Lambda: a router of HTTP events, of either version.
const { NotFoundError, Router } =
  require("@aws-lambda-powertools/event-handler/http");
const { read } = require("./_stock.js");

const app = new Router();

app.get("/warehouses/:name/stock", ({ req, params }) => {
  const query = Object.fromEntries(new URL(req.url).searchParams);
  const rows = read(params.name, query, req.method);
  if (!rows.length && !query.page) throw new NotFoundError(params.name);
  return rows;
});

app.post("/stock/search", async ({ req }) => {
  const { warehouses, least } = await req.json();
  return warehouses.flatMap((name) => read(name, { least }, req.method));
});

exports.handler = (event, context) => app.resolve(event, context);
