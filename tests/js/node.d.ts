// The little of Node that the tests use. Node's own types would also cover the browser's code,
// where setTimeout returns a number.

declare module "node:test" {
  type Body = () => void | Promise<void>;
  export function test(name: string, body: Body): void;
  export function describe(name: string, body: () => void): void;
  export function it(name: string, body: Body): void;
  export function beforeEach(body: Body): void;
  export function afterEach(body: Body): void;
  export default test;
}

declare module "node:assert/strict" {
  type Message = string | Error;
  interface Assert {
    (value: unknown, message?: Message): asserts value;
    ok(value: unknown, message?: Message): asserts value;
    equal(actual: unknown, expected: unknown, message?: Message): void;
    notEqual(actual: unknown, expected: unknown, message?: Message): void;
    deepEqual(actual: unknown, expected: unknown, message?: Message): void;
    notDeepEqual(actual: unknown, expected: unknown, message?: Message): void;
    match(text: string, pattern: RegExp, message?: Message): void;
    throws(body: () => unknown, expected?: RegExp | object, message?: Message): void;
    doesNotThrow(body: () => unknown, message?: Message): void;
    rejects(
      body: Promise<unknown> | (() => Promise<unknown>),
      expected?: RegExp | object,
    ): Promise<void>;
    fail(message?: Message): never;
  }
  const assert: Assert;
  export default assert;
}

declare module "node:fs" {
  export function readFileSync(path: URL | string, encoding: string): string;
}

declare module "node:http" {
  interface Reply {
    writeHead(status: number, headers?: Record<string, string>): void;
    write(text: string): void;
    end(text?: string): void;
  }
  interface Server {
    listen(port: number, host: string, ready: () => void): void;
    address(): { port: number } | string | null;
    closeAllConnections(): void;
    close(): void;
  }
  export function createServer(listener: (request: unknown, reply: Reply) => void): Server;
}
