/** One line of FortiOS's list of malware hashes: MD5, SHA-1 or SHA-256 in lower case; what follows a blank would be a description. */
export function escapeHashEntry(text: string): string | undefined {
  return /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined
}
