// Prints the name, MRR and state of every customer with a tag, page after page: what a reporting tool would do.
import { client } from "./generated/client.gen.js";
import { listCustomers } from "./generated/sdk.gen.js";
import type { Customer, ListCustomersData } from "./generated/types.gen.js";

const [url, key, tag] = process.argv.slice(2);
if (!url || !key || !tag) throw new Error("usage: list-customers.js URL KEY TAG");
client.setConfig({ baseUrl: url, auth: () => key });

type Query = NonNullable<ListCustomersData["query"]>;
// @ts-expect-error: the types are those of the document, which has no such order.
const noOrder: Query["sort"] = "shoe_size";
// @ts-expect-error: nor is a name a number.
const noNumber = (customer: Customer): number | null => customer.name;

const query: Query = { tag, sort: "name", limit: 2 };
let pages = 0;
do {
  const { data, error } = await listCustomers({ query });
  if (!data) throw new Error(`${error?.status} ${error?.detail}`);
  for (const { name, mrr, lifecycle_state } of data.items) console.log(JSON.stringify({ name, mrr, lifecycle_state }));
  query.cursor = data.next_cursor ?? undefined;
  pages += 1;
} while (query.cursor);
console.error(`${pages} pages`);
