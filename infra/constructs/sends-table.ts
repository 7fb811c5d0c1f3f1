import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { DEFAULT_ROW_DAYS } from '../../core/dynamodb/expiry.ts';
import { INDEX, LISTED } from '../../core/ledger/keys.ts';
import { physicalName, type Stage } from '../stages.ts';
import { type Access, allow } from './access.ts';
import { parameter } from './parameter.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });
/** The sort key of both indexes. */
const CREATED_KEY = 'createdKey';

/** The one table: the ledger, campaign records, limiters, orders and requests. */
export class SendsTable extends Table {
  readonly #rowDays: string;

  constructor(scope: Construct, id: string, stage: Stage, removalPolicy: RemovalPolicy) {
    super(scope, id, {
      tableName: physicalName(stage, 'sends'),
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.retainData },
      deletionProtection: stage.retainData,
      removalPolicy,
    });
    this.#rowDays = parameter(this, 'RowRetentionDays', {
      type: 'Number',
      description: 'How long rows, orders and requests are kept, in days after they are sent; contents are kept for 75',
      default: DEFAULT_ROW_DAYS,
      // Longer than their contents, and than any redrive.
      minValue: 90,
    });
    this.addGlobalSecondaryIndex({
      indexName: INDEX.byStatus,
      partitionKey: text('statusKey'),
      sortKey: text(CREATED_KEY),
      projectionType: ProjectionType.INCLUDE,
      // The keys of an index are in it anyway.
      nonKeyAttributes: LISTED.filter((attribute) => attribute !== CREATED_KEY),
    });
    this.addGlobalSecondaryIndex({
      indexName: INDEX.byAddress,
      partitionKey: text('address'),
      sortKey: text(CREATED_KEY),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /** What DynamoDB throttled, in events: a write counts for the table and once more for each index. */
  throttles(): { metric: Metric; of: string }[] {
    // The table's dimension alone does not contain its indexes.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    return [undefined, ...Object.values(INDEX)].flatMap((index) =>
      (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map((metricName) => ({
        of: `${index ?? 'sends'} ${metricName.startsWith('Read') ? 'reads' : 'writes'}`,
        metric: this.metric(metricName, {
          dimensionsMap: { TableName: this.tableName, ...(index !== undefined && { GlobalSecondaryIndexName: index }) },
          statistic: 'Sum',
        }),
      })),
    );
  }

  /** Access by these actions to the table itself, and by Query to these indexes. */
  access(actions: readonly string[], ...indexes: (keyof typeof INDEX)[]): Access {
    const statements = [allow('dynamodb', actions, this.tableArn)];
    const indexArns = indexes.map((index) => `${this.tableArn}/index/${index}`);
    if (indexArns.length > 0) statements.push(allow('dynamodb', ['Query'], ...indexArns));
    return { environment: { SENDS_TABLE: this.tableName, ROW_DAYS: this.#rowDays }, statements };
  }
}
