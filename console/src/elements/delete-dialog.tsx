import { ConfirmDialog } from './confirm-dialog.tsx'

interface DeleteDialogProps {
  /** What it is, in lower case: `data collection`. */
  noun: string
  /** What is done to it; not everything that goes is deleted. */
  verb?: 'Delete' | 'Remove'
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  /** What goes with it, and what stays. */
  children: React.ReactNode
}

/** Asks before something goes for good. */
export function DeleteDialog({ noun, verb = 'Delete', ...dialog }: DeleteDialogProps) {
  return (
    <ConfirmDialog
      {...dialog}
      title={`${verb} this ${noun}?`}
      confirm={`${verb} the ${noun}`}
      keep="Keep it"
      isDangerous
      open
    />
  )
}
