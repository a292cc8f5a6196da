/** An error the user can fix: printed as one line without a stack trace, exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}

const code = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** Whether this is a system error with one of these codes, such as `ENOENT`. */
export const isCode = (error: unknown, ...codes: readonly string[]): boolean => codes.includes(code(error) ?? "");

const causes: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  EISDIR: "that is a folder, not a file",
  EEXIST: "a file of that name is in the way",
  ENOTDIR: "a part of that path is a file, not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file may not grow that large here",
  EIO: "the disk reports an input/output error",
  EMFILE: "too many files are open",
};

/** The reason in words, without the system call and path that Node includes. */
export function reason(error: unknown): string {
  const known = causes[code(error) ?? ""];
  if (known !== undefined) return known;
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

export const cannotRead = (file: string, error: unknown): UserError =>
  new UserError(`Cannot read \`${file}\`: ${reason(error)}.`, { cause: error });

export function cannotWrite(file: string, error: unknown): UserError {
  const full = isCode(error, "ENOSPC", "EDQUOT", "EFBIG");
  const advice = full ? "Make room, or choose another folder with --out" : "Choose another folder with --out";
  return new UserError(`Cannot write \`${file}\`: ${reason(error)}. ${advice}.`, { cause: error });
}

/** Any error's message as a single line. */
export const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
