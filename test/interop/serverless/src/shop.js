// An application of Express, by Vendia's serverless-express.
const serverlessExpress = require("@vendia/serverless-express");
const express = require("express");
const { read } = require("./_stock.js");

const app = express();
app.use(express.json());

app.get("/warehouses/:name/stock", (req, res) => {
  const rows = read(req.params.name, req.query, req.method);
  if (!rows.length && !req.query.page) {
    return res.status(404).json({ message: `no warehouse ${req.params.name}` });
  }
  res.json(rows);
});

app.post("/stock/search", (req, res) => {
  const { warehouses, least } = req.body;
  res.json(warehouses.flatMap((name) => read(name, { least }, req.method)));
});

exports.handler = serverlessExpress({ app });
