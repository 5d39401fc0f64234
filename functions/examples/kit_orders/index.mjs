// Orders of four customers, by the kit for Node.js; the same as app.py has.
//
//     IMPORT FOREIGN SCHEMA "kit_orders" FROM SERVER aws INTO public;
//     SELECT customer, sum(total) FROM orders WHERE city = 'Oslo' GROUP BY 1;
//
// IDENTIFICATION
//   functions/examples/kit_orders/index.mjs

import { serve, table } from "lambda-fdw";

const CITIES = ["Oslo", "Bergen", "Malmö", "Århus"];
const twoDigits = (number) => String(number).padStart(2, "0");

const orders = table({
  name: "orders",
  columns: { id: "bigint", customer: "bigint", total: "numeric(10,2)",
             city: { type: "text", path: "/address/city" },
             placed_at: "timestamptz" },
  estimated_rows: 1000,
}, function* () {
  for (let number = 1; number <= 1000; number++) {
    yield { id: number, customer: number % 4 + 1,
            total: `${number % 90 + 10}.${twoDigits(number % 100)}`,
            address: { city: CITIES[number % 4] },
            placed_at: `2026-11-${twoDigits(number % 28 + 1)}T09:00:00Z` };
  }
});

export const handler = serve(orders);
