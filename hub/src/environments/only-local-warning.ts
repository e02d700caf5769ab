/** For whoever downloads from a hub that only knows itself by names of its own machine (ES-27). It goes in a header: ASCII alone. */
export function onlyLocalWarning(apiURL: string): string {
  return `This hub only knows itself as ${apiURL}: an environment server on another machine will not find it. Give it the names that others use, in the console under Administration, Settings (or as POSTERN_PUBLIC_URL and POSTERN_BROKER_PUBLIC_HOST), and download again.`
}
