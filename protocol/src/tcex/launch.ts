/**
 * How every app is launched (the TcEx contract): cwd is the app's folder; the parameter file named by `TC_APP_PARAM_FILE` is a
 * JSON object, AES-CBC with an IV of 16 zero bytes and PKCS7 padding, raw binary; `TC_APP_PARAM_KEY` is the key, used as
 * UTF-8 bytes (16 characters). The app deletes the file after reading it, so a new attempt gets a new file and key.
 */
export const launch = {
  parameterFileVariable: 'TC_APP_PARAM_FILE',
  parameterKeyVariable: 'TC_APP_PARAM_KEY',
  /** Unix socket of the environment server's egress guard; set where the app has no network of its own (S7). */
  egressSocketVariable: 'POSTERN_EGRESS_SOCKET',
  /** PEM bundle of extra CAs, in force beside the public roots. */
  caFileVariable: 'NODE_EXTRA_CA_CERTS',
  /** Folder of PEM files with CAs of one's own, where no environment server made the bundle: under cron, and for the command line (ES-17). */
  caFolderVariable: 'POSTERN_CA_FOLDER',
  parameterFile: '.app_params.json',
  folders: { in: 'in', out: 'out', log: 'log', temp: 'tmp' },
  messageFile: 'message.tc',
  resultsFile: 'results.tc',
  /** Ours: the plans and receipts that the app sends, a line each (`writtenLine`); there from the start of an app that notes them (D40). */
  writtenFile: 'postern-written.txt',
  logFile: 'app.log',
} as const

/**
 * Exit codes of job apps: success, failure, partial failure, and a failure that another try would meet again. Anything else is a failure.
 */
export const exitCodes = { success: 0, failure: 1, partial: 3, failureForGood: 4 } as const

/** Names that the platform adds to an app's own parameters; values in the parameter file. */
export const platformParameters = {
  apiPath: 'tc_api_path',
  token: 'tc_token',
  tokenExpires: 'tc_token_expires',
  inPath: 'tc_in_path',
  outPath: 'tc_out_path',
  logPath: 'tc_log_path',
  tempPath: 'tc_temp_path',
  logLevel: 'tc_log_level',
  owner: 'tc_owner',
  jobId: 'tc_job_id',
  verify: 'tc_verify',
  proxyHost: 'tc_proxy_host',
  proxyPort: 'tc_proxy_port',
  proxyUsername: 'tc_proxy_username',
  proxyPassword: 'tc_proxy_password',
  proxyTc: 'tc_proxy_tc',
  proxyExternal: 'tc_proxy_external',
  /** For apps with feature `smtpSettings`: the mail server, and from whom mails come. */
  smtpHost: 'tc_smtp_host',
  smtpPort: 'tc_smtp_port',
  smtpUsername: 'tc_smtp_username',
  smtpPassword: 'tc_smtp_password',
  systemMail: 'tc_sys_email',
  /** Ours: the execution and attempt, for the ledger, plans and receipts. */
  executionId: 'postern_execution_id',
  attempt: 'postern_attempt',
  /** Ours: an approved plan that this execution must apply, as `planId:checksum`. */
  approvedPlan: 'postern_approved_plan',
} as const
