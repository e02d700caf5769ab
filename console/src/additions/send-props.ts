/** What every form of the page is given. */
export interface SendProps<Sent> {
  /** An owner is chosen, in whose name it is sent. */
  isReady: boolean
  isSending: boolean
  /** With what the last sending ended. */
  error: unknown
  onSend: (sent: Sent) => void
}

/** In place of the hub's title, when it refuses. */
export const refusedTitle = 'Nothing more was added'
