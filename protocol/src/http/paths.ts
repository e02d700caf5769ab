/**
 * Every path that two parts of Postern both speak. Route definitions use the same functions with `:name` arguments.
 * ThreatConnect's own paths (`/api/…`) stand in `tcex/paths.ts`.
 */
export const paths = {
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  live: '/live',
  /** MQTT in a WebSocket; on the broker's port alone (D30). */
  mqtt: '/mqtt',
  openapi: '/v1/openapi.json',
  /** For people; every problem document's `type` points into it. */
  docs: '/v1/docs',

  setup: '/v1/setup',
  session: '/v1/session',
  me: '/v1/me',
  users: '/v1/users',
  user: (userId: string) => `/v1/users/${userId}`,
  /** For the one who is invited, or lost the password. */
  userPasswordLinks: (userId: string) => `/v1/users/${userId}/password-links`,
  invitations: '/v1/users/invitations',
  /** "Forgotten password", from the sign-in page. */
  passwordRequests: '/v1/password-requests',
  /** Whether a password link still holds. Its token is asked with in a body, never in an address, which logs and proxies see. */
  passwordLinkChecks: '/v1/password-link-checks',
  /** Where a password link is spent. */
  chosenPasswords: '/v1/chosen-passwords',
  tokens: '/v1/tokens',
  token: (tokenId: string) => `/v1/tokens/${tokenId}`,
  setupLinks: '/v1/setup-links',
  mailedSetupLinks: '/v1/setup-links/mailed',
  settings: '/v1/settings',
  auditEvents: '/v1/audit-events',
  /** What is the matter, and who is told of it (D33). */
  notifications: '/v1/notifications',
  notificationRules: '/v1/notification-rules',
  notificationRule: (ruleId: string) => `/v1/notification-rules/${ruleId}`,
  mailSettings: '/v1/mail-settings',
  mailTest: '/v1/mail-settings/test',
  mails: '/v1/mails',
  /** Where the caller's own mail goes. */
  ownMailAddress: '/v1/me/mail-address',

  organizations: '/v1/organizations',
  owners: '/v1/owners',
  owner: (ownerId: string) => `/v1/owners/${ownerId}`,
  ownerDeprecation: (ownerId: string) => `/v1/owners/${ownerId}/deprecation`,
  ownerDeprecationPreview: (ownerId: string) => `/v1/owners/${ownerId}/deprecation/preview`,
  indicators: '/v1/indicators',
  /** The same list, asked for by a body: for queries that are longer than an address can be. */
  indicatorSearch: '/v1/indicators/search',
  indicator: (indicatorId: string) => `/v1/indicators/${indicatorId}`,
  /** The word of one owner on an indicator. */
  indicatorAssertion: (indicatorId: string, ownerId: string) => `/v1/indicators/${indicatorId}/assertions/${ownerId}`,
  indicatorExports: (indicatorId: string) => `/v1/indicators/${indicatorId}/exports`,
  indicatorLifecycle: (indicatorId: string) => `/v1/indicators/${indicatorId}/lifecycle`,
  indicatorDecision: (indicatorId: string) => `/v1/indicators/${indicatorId}/decision`,
  indicatorSightings: (indicatorId: string) => `/v1/indicators/${indicatorId}/sightings`,
  indicatorFalsePositives: (indicatorId: string) => `/v1/indicators/${indicatorId}/false-positives`,
  /** The link of one owner between two indicators; deleting it takes a merge back. */
  indicatorLink: (indicatorId: string, linkedId: string) => `/v1/indicators/${indicatorId}/links/${linkedId}`,
  /** By `value`: why it is on a control, and why it is not. */
  explanation: '/v1/explain',
  groups: '/v1/groups',
  /** As `indicatorSearch`. */
  groupSearch: '/v1/groups/search',
  group: (groupId: string) => `/v1/groups/${groupId}`,
  /** Indicators that belong to a group. */
  groupIndicators: (groupId: string) => `/v1/groups/${groupId}/indicators`,
  groupIndicator: (groupId: string, indicatorId: string) => `/v1/groups/${groupId}/indicators/${indicatorId}`,
  /** How a group stands to another one of its owner. */
  groupRelation: (groupId: string, otherId: string) => `/v1/groups/${groupId}/groups/${otherId}`,
  attributeTypes: '/v1/attribute-types',
  attributeType: (attributeTypeId: string) => `/v1/attribute-types/${attributeTypeId}`,
  /** Words that may come next in a query: names of owners, tags, labels and attributes. */
  tqlSuggestions: '/v1/tql/suggestions',
  stixBundles: '/v1/stix/bundles',
  keptTexts: '/v1/stix/texts',
  keptText: (keptTextId: string) => `/v1/stix/texts/${keptTextId}`,
  ownerStix: (ownerId: string) => `/v1/owners/${ownerId}/stix`,
  sightingAnalysis: '/v1/sighting-analysis',

  exclusionLists: '/v1/exclusion-lists',
  exclusionList: (listId: string) => `/v1/exclusion-lists/${listId}`,
  exclusionEntries: (listId: string) => `/v1/exclusion-lists/${listId}/entries`,
  /** Indicators of the library that a list hits. */
  exclusionHits: (listId: string) => `/v1/exclusion-lists/${listId}/hits`,
  warningLists: '/v1/exclusion-lists/misp',
  exclusionTest: '/v1/exclusion-lists/test',

  readers: '/v1/readers',
  reader: (readerId: string) => `/v1/readers/${readerId}`,
  firewallLists: '/v1/lists',
  firewallList: (listId: string) => `/v1/lists/${listId}`,
  firewallListRelease: (listId: string) => `/v1/lists/${listId}/release`,
  /** Values that the text which is served lacks. */
  firewallListLeftOut: (listId: string) => `/v1/lists/${listId}/left-out`,
  /** What a firewall fetches. */
  list: (name: string) => `/lists/${name}`,
  taxiiRoots: '/v1/taxii-roots',
  taxiiRoot: (rootId: string) => `/v1/taxii-roots/${rootId}`,
  taxiiCollections: '/v1/taxii-collections',
  taxiiCollection: (taxiiCollectionId: string) => `/v1/taxii-collections/${taxiiCollectionId}`,
  /** Discovery of the TAXII 2.1 server; everything else of it lies below. */
  taxii: '/taxii2/',

  collections: '/v1/collections',
  collection: (collectionId: string) => `/v1/collections/${collectionId}`,
  collectionPreview: '/v1/collections/preview',
  collectionPreviewLeftOut: '/v1/collections/preview/left-out',
  /** Members that readers are not given. */
  collectionLeftOut: (collectionId: string) => `/v1/collections/${collectionId}/left-out`,
  collectionVersions: (collectionId: string) => `/v1/collections/${collectionId}/versions`,
  collectionHistory: (collectionId: string) => `/v1/collections/${collectionId}/history`,
  collectionStix: (collectionId: string, version: string | number) =>
    `/v1/collections/${collectionId}/versions/${version}/stix`,
  collectionRefresh: (collectionId: string) => `/v1/collections/${collectionId}/refresh`,
  collectionValues: (collectionId: string, version: string | number) =>
    `/v1/collections/${collectionId}/versions/${version}/values`,
  collectionChanges: (collectionId: string, version: string | number) =>
    `/v1/collections/${collectionId}/versions/${version}/changes`,

  environments: '/v1/environments',
  environment: (environmentId: string) => `/v1/environments/${environmentId}`,
  environmentAppUsage: (environmentId: string) => `/v1/environments/${environmentId}/app-usage`,
  environmentDownloads: (environmentId: string) => `/v1/environments/${environmentId}/downloads`,
  environmentServer: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}`,
  environmentServerConfirmation: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/confirmation`,
  environmentServerRevocation: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/revocation`,
  environmentServerDrain: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/drain`,
  environmentServerTelemetry: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/telemetry`,
  environmentServerSettings: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/settings`,
  environmentServerNarrowings: (environmentId: string, serverXid: string) =>
    `/v1/environments/${environmentId}/servers/${serverXid}/policy-narrowings`,
  /** The Node.js that bundles carry, by platform (D20). */
  runtimes: '/v1/runtimes',
  runtime: (platform: string) => `/v1/runtimes/${platform}`,
  enrolments: '/v1/enrolments',
  /** To another environment of the same hub, by a `.env` (D37). */
  moves: '/v1/moves',
  /** An environment server's next client certificate (D37). */
  renewals: '/v1/renewals',
  /** Keys of the hub that bundles pin, for people; and what environment servers ask of those that follow each other (D7). */
  hubKeys: '/v1/hub-keys',
  hubKeyRevocation: (keyId: string) => `/v1/hub-keys/${keyId}/revocation`,
  keySuccessions: '/v1/key-successions',
  /** Where an environment server whose keychain is locked says so, which it cannot by MQTT (ES-10). */
  lockedNotices: '/v1/locked-notices',
  /** Where an environment server reports its own settings (D31). */
  ownSettings: '/v1/own-settings',

  apps: '/v1/apps',
  app: (appId: string) => `/v1/apps/${appId}`,
  package: (sha256: string) => `/v1/packages/${sha256}`,

  jobs: '/v1/jobs',
  schedulePreview: '/v1/jobs/schedule-preview',
  job: (jobId: string) => `/v1/jobs/${jobId}`,
  jobExecutions: (jobId: string) => `/v1/jobs/${jobId}/executions`,
  jobSkippedRuns: (jobId: string) => `/v1/jobs/${jobId}/skipped-runs`,

  executions: '/v1/executions',
  execution: (executionId: string) => `/v1/executions/${executionId}`,
  executionCancellation: (executionId: string) => `/v1/executions/${executionId}/cancellation`,
  executionLog: (executionId: string) => `/v1/executions/${executionId}/log`,
  executionLedger: (executionId: string) => `/v1/executions/${executionId}/ledger`,
  executionLedgerItems: (executionId: string) => `/v1/executions/${executionId}/ledger/items`,
  executionUnmapped: (executionId: string) => `/v1/executions/${executionId}/unmapped`,
  attemptLog: (executionId: string, attempt: string | number) =>
    `/v1/executions/${executionId}/attempts/${attempt}/log`,
  attemptResult: (executionId: string, attempt: string | number) =>
    `/v1/executions/${executionId}/attempts/${attempt}/result`,

  controls: '/v1/controls',
  control: (controlId: string) => `/v1/controls/${controlId}`,
  plans: '/v1/plans',
  plan: (planId: string) => `/v1/plans/${planId}`,
  planValues: (planId: string) => `/v1/plans/${planId}/values`,
  planState: (planId: string) => `/v1/plans/${planId}/state`,
  planDecision: (planId: string) => `/v1/plans/${planId}/decision`,
  receipts: '/v1/receipts',
  receiptDays: '/v1/receipts/days',
  receipt: (receiptId: string) => `/v1/receipts/${receiptId}`,
  receiptValues: (receiptId: string) => `/v1/receipts/${receiptId}/values`,
  receiptProof: (receiptId: string) => `/v1/receipts/${receiptId}/proof`,
} as const

/** Pages of the console, for everything that prints a link to one. */
export const consolePages = {
  setup: (setupToken: string) => `/setup#${setupToken}`,
  signIn: '/sign-in',
  forgottenPassword: '/forgotten-password',
  /** Where somebody chooses a password by a link; the token stands behind `#`, so that no server's log or proxy sees it. */
  password: (linkToken: string) => `/password#${linkToken}`,
  executions: '/executions',
  execution: (executionId: string) => `/executions/${executionId}`,
  indicators: '/indicators',
  addIndicators: '/indicators/add',
  indicator: (indicatorId: string) => `/indicators/${indicatorId}`,
  groups: '/groups',
  group: (groupId: string) => `/groups/${groupId}`,
  keptTexts: '/kept-texts',
  owners: '/owners',
  owner: (ownerId: string) => `/owners/${ownerId}`,
  attributeTypes: '/attribute-types',
  collections: '/collections',
  collection: (collectionId: string) => `/collections/${collectionId}`,
  exclusionLists: '/exclusion-lists',
  exclusionList: (listId: string) => `/exclusion-lists/${listId}`,
  sightingAnalysis: '/sighting-analysis',
  explain: '/explain',
  readers: '/readers',
  environments: '/environments',
  environment: (environmentId: string) => `/environments/${environmentId}`,
  environmentServer: (environmentId: string, serverXid: string) =>
    `/environments/${environmentId}/servers/${serverXid}`,
  environmentServerSettings: (environmentId: string, serverXid: string) =>
    `/environments/${environmentId}/servers/${serverXid}/settings`,
  apps: '/apps',
  app: (appId: string) => `/apps/${appId}`,
  jobs: '/jobs',
  newJob: '/jobs/new',
  job: (jobId: string) => `/jobs/${jobId}`,
  receipts: '/receipts',
  receipt: (receiptId: string) => `/receipts/${receiptId}`,
  settings: '/settings',
  mailSettings: '/settings/mail',
  users: '/settings/users',
  hubKeys: '/settings/keys',
  notifications: '/notifications',
} as const
