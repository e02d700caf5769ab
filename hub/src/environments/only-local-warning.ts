/** For whoever downloads from a hub that only knows itself by names of its own machine (ES-27). */
export function onlyLocalWarning(apiURL: string): string {
  return `This hub only knows itself as ${apiURL}: an environment server on another machine will not find it. Set POSTERN_PUBLIC_URL and POSTERN_BROKER_PUBLIC_HOST, or PATCH /v1/settings, and download again.`
}
