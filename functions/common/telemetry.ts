import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from '../../core/telemetry.ts';

/** Structured logs. Service name and level come from the environment. */
export const logger = new Logger();

/**
 * Metrics, written to the log in the embedded metric format. Each has the dimensions `service` and `stage`, so that two stages in one
 * account do not raise each other's alarms. The namespace, the service and the stage come from the environment.
 */
export function createMetrics(serviceName?: string): Metrics {
  const stage = process.env.STAGE;
  return new Metrics({
    ...(serviceName !== undefined && { serviceName }),
    ...(stage !== undefined && { defaultDimensions: { stage } }),
  });
}

export const metrics = createMetrics();

/** What the core reports, as structured logs and metrics. */
export const telemetry: Telemetry = {
  info: (message, fields = {}) => logger.info(message, { ...fields }),
  warn: (message, fields = {}) => logger.warn(message, { ...fields }),
  error: (message, fields = {}) => logger.error(message, { ...fields }),
  count: (metric, amount = 1) => metrics.addMetric(metric, MetricUnit.Count, amount),
  duration: (metric, milliseconds) => metrics.addMetric(metric, MetricUnit.Milliseconds, milliseconds),
  gauge: (metric, level, of) => {
    const shared = createMetrics(of);
    shared.addMetric(metric, MetricUnit.CountPerSecond, level);
    shared.publishStoredMetrics();
  },
};
