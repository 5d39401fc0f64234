// What the HTTP handlers answer with: the stock of a warehouse, in pages of two.
const stock = [1, 2, 3, 4, 5].map((id) => ({
  id,
  warehouse: id < 4 ? "Malmö / dock 1" : "Århus",
  quantity: id * 10,
}));

// The rows of a warehouse from a page on; each says what was asked for.
exports.read = (warehouse, query, method) => {
  const page = Number(query.page ?? 1);
  return stock
    .filter((item) => item.warehouse === warehouse)
    .filter((item) => item.quantity >= Number(query.least ?? 0))
    .slice(page * 2 - 2, page * 2)
    .map((item) => ({ ...item, asked: { method, warehouse, ...query } }));
};
