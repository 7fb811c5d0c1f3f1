import { Aws, CfnCondition, Fn, type RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type Attribute, AttributeType, BillingMode, type CfnTable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { physicalName, type Stage } from '../stages.ts';
import { type Access, allow } from './access.ts';
import { parameter } from './parameter.ts';

export const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
/** The sort key of every index. */
export const CREATED_KEY = 'createdKey';

export interface ProductTableProps {
  /** Without the stage, such as `sends`. */
  name: string;
  stage: Stage;
  removalPolicy: RemovalPolicy;
  indexes: readonly string[];
  /** What a function needs to find the table and to write to it. */
  environment: (tableName: string) => Record<string, string>;
}

/** A table with the keys `pk` and `sk`, whose items may expire. */
export class ProductTable extends Table {
  /** Without the stage. */
  readonly name: string;
  readonly #indexes: readonly string[];
  readonly #environment: Record<string, string>;

  constructor(scope: Construct, id: string, { name, stage, removalPolicy, indexes, environment }: ProductTableProps) {
    super(scope, id, {
      tableName: physicalName(stage, name),
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.retainData },
      deletionProtection: stage.retainData,
      removalPolicy,
    });
    this.name = name;
    this.#indexes = indexes;
    this.#environment = environment(this.tableName);
  }

  /**
   * Adds the parameter `name`: writes a second that the table and each index take at once. AWS charges once for what it raises, and lowers
   * it never. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
   */
  protected warmWrites(name: string, description: string): void {
    const writes = parameter(this, name, { description, default: '', allowedPattern: '[0-9]*' });
    const isGiven = new CfnCondition(this, `Has${name}`, {
      expression: Fn.conditionNot(Fn.conditionEquals(writes, '')),
    });
    const warm = Fn.conditionIf(isGiven.logicalId, { WriteUnitsPerSecond: writes }, Aws.NO_VALUE);
    const table = this.node.defaultChild as CfnTable;
    table.addPropertyOverride('WarmThroughput', warm);
    for (const index of this.#indexes.keys()) {
      table.addPropertyOverride(`GlobalSecondaryIndexes.${index}.WarmThroughput`, warm);
    }
  }

  /** What DynamoDB throttled, in events: a write counts for the table and once more for each index. */
  throttles(): { metric: Metric; of: string }[] {
    // The table's dimension alone does not contain its indexes.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    return [undefined, ...this.#indexes].flatMap((index) =>
      (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map((metricName) => ({
        of: `${index ?? this.name} ${metricName.startsWith('Read') ? 'reads' : 'writes'}`,
        metric: this.metric(metricName, {
          dimensionsMap: { TableName: this.tableName, ...(index !== undefined && { GlobalSecondaryIndexName: index }) },
          statistic: 'Sum',
        }),
      })),
    );
  }

  /** Access by these actions to the table itself, and by Query to these indexes. */
  access(actions: readonly string[], ...indexes: string[]): Access {
    const statements = [allow('dynamodb', actions, this.tableArn)];
    const indexArns = indexes.map((index) => `${this.tableArn}/index/${index}`);
    if (indexArns.length > 0) statements.push(allow('dynamodb', ['Query'], ...indexArns));
    return { environment: this.#environment, statements };
  }
}
