import { type CreateDownload, downloadHeaders } from '@postern/protocol'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { apiFile } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { saveFile } from '../api/save-file.ts'

/** A file that was made for an environment and lies in the browser's downloads now. */
export interface Downloaded {
  kind: CreateDownload['kind']
  fileName: string
  /** The hub's own words. */
  warning: string | null
  /** Of the server that it enrols; null where it carries no identity. */
  serverXid: string | null
}

export type Download = UseMutationResult<Downloaded, Error, CreateDownload>

/** Has a file made for an environment, and gives it to the browser. */
export function useDownload(environmentId: string): Download {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async (wanted: CreateDownload) => {
      const { name, content, headers } = await apiFile(paths.environmentDownloads(environmentId), wanted)
      saveFile(name, content)
      return {
        kind: wanted.kind,
        fileName: name,
        warning: headers.get(downloadHeaders.warning),
        serverXid: headers.get(downloadHeaders.serverXid),
      }
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: environmentKeys.all }),
  })
}
