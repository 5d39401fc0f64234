// What tsc --strict must take, and, after each @ts-expect-error, must refuse.
import { Error, Failed, serve, serveStream, table, type Query } from "lambda-fdw";

interface Order { id: number; customer: bigint; total: string; city: string | null }
declare function readOrders(customers: unknown[] | null): AsyncIterable<Order>;

const orders = table({
  name: "orders",
  columns: { id: { type: "bigint", key: true }, customer: "bigint",
             total: "numeric(10,2)", city: { type: "text", path: "/address/city" } },
  batch: ["id", "customer"],
  estimated_rows: 1000,
}, async function* (query) {
  const { low, lowInclusive } = query.range("total");
  console.log(low, lowInclusive, query.limit ?? 0, query.tuples()?.length);
  yield* readOrders(query.values("customer"));
});

orders.insert(async (write) => {
  for (const { values } of write.rows) console.log(values.total, write.batchId);
  if (write.rows.length > 10) throw new Failed({ 3: "no room" });
  return write.rows.map(({ values }) => values);
}).delete((write) => write.rows.length)
  .truncate((write) => { console.log(write.cascade); });

const zones = table({ name: "zones", columns: { name: "text" } }, [{ name: "Oslo" }, ["Rome"]]);

function fail(query: Query): never {
  throw new Error("no such stock", { hint: "Ask for another.", sqlstate: "P0002" });
}
table({ name: "none", columns: { name: "text" } }, (query) => fail(query));

export const handler = serve(orders, zones, { pageBytes: 1000000 });
export const streaming = serveStream(zones);

// @ts-expect-error: no such option
serve(orders, { page: 1 });
// @ts-expect-error: a table has columns
table({ name: "x" }, []);
// @ts-expect-error: no such member
table({ name: "x", columns: { a: { type: "text", pth: "/b" } } }, []);
// @ts-expect-error: no such column
table({ name: "x", columns: { a: "text" } }, (query) => [{ a: query.values("b") }]);
// @ts-expect-error: nothing to serve
serve();
