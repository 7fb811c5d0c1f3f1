/** The statistics of a metric with one set of dimensions. */
export interface MetricSummary {
  namespace: string;
  name: string;
  unit: string;
  dimensions: Record<string, string>;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Time of the last value in ISO 8601. */
  updatedAt: string;
}

interface EmfDocument {
  _aws?: {
    Timestamp?: number;
    CloudWatchMetrics?: {
      Namespace?: string;
      Dimensions?: string[][];
      Metrics?: { Name?: string; Unit?: string }[];
    }[];
  };
  [key: string]: unknown;
}

/** Collects the metrics that functions log in CloudWatch's embedded metric format. */
export class MetricsStore {
  private readonly metrics = new Map<string, MetricSummary>();

  /** Reads log text. Lines without an embedded metric are ignored. */
  read(text: string): void {
    if (!text.includes('"CloudWatchMetrics"')) return;
    for (const line of text.split('\n')) {
      if (line.includes('"CloudWatchMetrics"')) this.readLine(line);
    }
  }

  summaries(): MetricSummary[] {
    return [...this.metrics.values()];
  }

  private readLine(line: string): void {
    const document = parse(line);
    const at = new Date(document?._aws?.Timestamp ?? Date.now()).toISOString();
    for (const directive of document?._aws?.CloudWatchMetrics ?? []) {
      const sets = directive.Dimensions?.length ? directive.Dimensions : [[]];
      for (const { Name: name, Unit: unit } of directive.Metrics ?? []) {
        if (!name) continue;
        const values = [document?.[name]].flat().filter((value) => typeof value === 'number');
        for (const set of sets) {
          const dimensions = Object.fromEntries(set.map((key) => [key, String(document?.[key] ?? '')]));
          this.add({ namespace: directive.Namespace ?? '', name, unit: unit ?? 'None', dimensions }, values, at);
        }
      }
    }
  }

  private add(
    metric: Pick<MetricSummary, 'namespace' | 'name' | 'unit' | 'dimensions'>,
    values: number[],
    updatedAt: string,
  ): void {
    const key = JSON.stringify([metric.namespace, metric.name, metric.dimensions]);
    const known = this.metrics.get(key) ?? { ...metric, count: 0, sum: 0, min: Infinity, max: -Infinity, updatedAt };
    for (const value of values) {
      known.count += 1;
      known.sum += value;
      known.min = Math.min(known.min, value);
      known.max = Math.max(known.max, value);
    }
    known.updatedAt = updatedAt;
    if (known.count > 0) this.metrics.set(key, known);
  }
}

function parse(line: string): EmfDocument | undefined {
  try {
    return JSON.parse(line.slice(line.indexOf('{'))) as EmfDocument;
  } catch {
    // The line contains the name of the format but is not JSON.
    return undefined;
  }
}
