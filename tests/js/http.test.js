// @ts-check
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { request } from "../../static/quadrat/lib/http.js";

Object.assign(globalThis, { document: { cookie: "" } });

/** @param {Parameters<typeof createServer>[0]} listener @param {(address: string) => Promise<void>} use */
async function serving(listener, use) {
  const server = createServer(listener);
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(null)));
  const { port } = /** @type {{port: number}} */ (server.address());
  try {
    await use(`http://127.0.0.1:${port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a server that never replies counts as not reached", async () => {
  await serving(
    () => {},
    async (address) => {
      assert.deepEqual(await request("PUT", address, {}, 100), { status: 0, body: null });
    },
  );
});

test("a reply that breaks off is none", async () => {
  await serving(
    (_, reply) => {
      reply.writeHead(200, { "Content-Length": "100" });
      reply.write("{");
    },
    async (address) => {
      assert.deepEqual(await request("PUT", address, {}, 100), { status: 0, body: null });
    },
  );
});

for (const status of [200, 404]) {
  test(`somebody else's page with status ${status} is no reply`, async () => {
    await serving(
      (_, reply) => {
        reply.writeHead(status, { "Content-Type": "text/html" });
        reply.end("<h1>Welcome to our hotel</h1>");
      },
      async (address) => {
        assert.deepEqual(await request("PUT", address, {}), { status: 0, body: null });
      },
    );
  });
}

test("nothing left is a reply, though it has no body", async () => {
  await serving(
    (_, reply) => {
      reply.writeHead(204);
      reply.end();
    },
    async (address) => {
      assert.deepEqual(await request("POST", address, {}), { status: 204, body: null });
    },
  );
});
