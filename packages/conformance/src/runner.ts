/** The part of a test runner that the kit needs: vitest, jest, node:test and Mocha all have it. */
export interface Runner {
  /** Groups the tests that `declare` declares. */
  describe(name: string, declare: () => void | Promise<void>): unknown;
  /** Declares a test, which fails if `body` throws or rejects. */
  test(name: string, body: () => void | Promise<void>): unknown;
}
