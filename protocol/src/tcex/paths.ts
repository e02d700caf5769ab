/** ThreatConnect's paths, as TcEx calls them below `tc_api_path`, which ends in `/api`. */
export const tcexPaths = {
  base: '/api',
  indicatorTypes: '/v2/types/indicatorTypes',
  createAndUpload: '/v2/batch/createAndUpload',
  batch: (batchId: string | number) => `/v2/batch/${batchId}`,
  batchErrors: (batchId: string | number) => `/v2/batch/${batchId}/errors`,
  tokenRenewal: '/appAuth',
} as const
