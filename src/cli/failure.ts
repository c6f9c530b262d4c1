/** Wrong use of a command: exit code 2. Everything else that fails exits with 1. */
export class UsageError extends Error {}

/** The one line that a user sees for an error. */
export function lineOf(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'no such file or folder', EACCES: 'permission denied', EPERM: 'operation not permitted', EISDIR: 'is a folder, expected a file',
    ENOTDIR: 'part of the path is not a folder', ENOSPC: 'no space left on the disk', EROFS: 'the file system is read-only', EEXIST: 'exists already', EFBIG: 'file too large',
  };
  const text = code && reasons[code] ? `${path ?? 'file'}: ${reasons[code]}` : (message ?? String(error));
  return `signfold: ${text.replace(/\s*\n\s*/g, ' ')}`;
}
