/** Gives a file to the browser's downloads. It is never opened in this page: `download` saves it whatever it holds (S13). */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = name
  anchor.click()
  // The download has its own hold on the content by the time that the next task runs.
  setTimeout(() => URL.revokeObjectURL(address), 0)
}
