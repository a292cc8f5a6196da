/** The part of a test runner that the kit needs: vitest, jest, node:test and Mocha all have it. */
export interface Runner {
  describe(name: string, declare: () => void | Promise<void>): unknown;
  test(name: string, body: () => void | Promise<void>): unknown;
}
