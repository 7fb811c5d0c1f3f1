import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Template } from '../template/template.ts';

/** A bucket as a CloudFormation template describes it. */
export interface BucketDefinition {
  readonly name: string;
  readonly arn: string;
  readonly notifiesEventBridge: boolean;
  readonly cors: readonly CorsRule[];
}

/** The buckets of a template. */
export function bucketsOf(template: Template): BucketDefinition[] {
  const byCustomResource = template
    .ofType('Custom::S3BucketNotifications')
    .filter(({ properties }) => notifiesEventBridge(properties.NotificationConfiguration))
    .map(({ properties }) => properties.BucketName);
  return template.ofType('AWS::S3::Bucket').map(({ physicalId, arn = '', properties }) => ({
    name: physicalId,
    arn,
    notifiesEventBridge:
      notifiesEventBridge(properties.NotificationConfiguration) || byCustomResource.includes(physicalId),
    cors: corsRulesOf(properties.CorsConfiguration),
  }));
}

function notifiesEventBridge(configuration: Json | undefined): boolean {
  const events = isObject(configuration) ? configuration.EventBridgeConfiguration : undefined;
  return events !== undefined && !(isObject(events) && events.EventBridgeEnabled === false);
}

/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAge?: number;
}

/** Reads the CorsConfiguration of a template's bucket. */
function corsRulesOf(configuration: Json | undefined): CorsRule[] {
  const rules = isObject(configuration) && Array.isArray(configuration.CorsRules) ? configuration.CorsRules : [];
  return rules.filter(isObject).map(ruleOf);
}

function ruleOf(rule: JsonObject): CorsRule {
  const list = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
  return {
    origins: list(rule.AllowedOrigins),
    methods: list(rule.AllowedMethods),
    headers: list(rule.AllowedHeaders).map((header) => header.toLowerCase()),
    exposed: list(rule.ExposedHeaders),
    ...(typeof rule.MaxAge === 'number' ? { maxAge: rule.MaxAge } : {}),
  };
}
