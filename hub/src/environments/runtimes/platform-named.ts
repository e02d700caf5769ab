import { Platform } from '@postern/protocol'

/** Nothing for machines that no bundle is for; servers there run on a Node.js of their own. */
export function platformNamed(said: string | null | undefined): Platform | undefined {
  return Platform.options.find((platform) => platform === said)
}
