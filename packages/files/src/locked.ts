/** The folder is in use: another process holds its lock, or may hold it but cannot be checked from this machine. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  /** The lock file. If nothing uses the folder any more, removing it frees the folder. */
  readonly file: string;

  constructor(message: string, file: string) {
    super(message);
    this.file = file;
  }
}
