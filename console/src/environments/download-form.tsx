import { Button } from '@mantine/core'
import type { CreateDownload } from '@postern/protocol'
import { Icon } from '../elements/icon.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import type { Download, Downloaded } from './download.ts'
import classes from './environments.module.css'

interface DownloadFormProps {
  title: string
  /** What the form asks for as it is filled in. */
  wanted: CreateDownload
  download: Download
  /** What the button does. */
  confirm: string
  /** How one leaves without it. */
  keep: string
  /** What brings the form back once the file is made; absent where one is enough. */
  again?: string
  /** Something ends with it: leaving has the focus. */
  isDangerous?: boolean
  /** What is to be known of the file, after its name. */
  words: (made: Downloaded) => React.ReactNode
  onClose: () => void
  children: React.ReactNode
}

/** A form over the page that ends in a file, of which it then says what it is and how it is kept. */
export function DownloadForm({
  title,
  wanted,
  download,
  confirm,
  keep,
  again,
  isDangerous = false,
  words,
  onClose,
  children,
}: DownloadFormProps) {
  if (download.data)
    return (
      <ModalDialog title={title} open onClose={onClose}>
        <Made made={download.data} words={words(download.data)} />
        <div className={dialog['actions']}>
          {again !== undefined && (
            <Button variant="default" onClick={download.reset}>
              {again}
            </Button>
          )}
          <Button autoFocus onClick={onClose}>
            Close
          </Button>
        </div>
      </ModalDialog>
    )
  return (
    <ModalDialog title={title} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          download.mutate(wanted)
        }}
      >
        <div className={dialog['fields']}>
          {children}
          {download.isPending && <p role="status">It is being made and sent. This takes some seconds.</p>}
          {download.isError && <ProblemAlert error={download.error} />}
        </div>
        <div className={dialog['actions']}>
          <Button variant="default" data-focus-first={isDangerous || undefined} onClick={onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            color={isDangerous ? 'brick' : 'pine'}
            loading={download.isPending}
            leftSection={<Icon name="down" size={14} />}
          >
            {confirm}
          </Button>
        </div>
      </form>
    </ModalDialog>
  )
}

function Made({ made: { fileName, warning }, words }: { made: Downloaded; words: React.ReactNode }) {
  return (
    <Notice tone="good" role="status" isStacked>
      <p>
        <strong>
          <PlainText text={fileName} />
        </strong>{' '}
        is in your downloads.
      </p>
      {words}
      {warning !== null && (
        <p className={classes['warning']}>
          <Icon name="warning" />
          <PlainText text={warning} />
        </p>
      )}
    </Notice>
  )
}
