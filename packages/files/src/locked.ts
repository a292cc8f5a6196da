/** The folder is in use: another process holds its lock, or may hold it where that cannot be known from here. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  /** The file that is the lock. When nothing uses the folder any more, removing it frees the folder. */
  readonly file: string;

  constructor(message: string, file: string) {
    super(message);
    this.file = file;
  }
}
