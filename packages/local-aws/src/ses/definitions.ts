import { isObject, objectOf } from '../json.ts';
import type { Template } from '../template/template.ts';

/** The types of events, as an event destination names them. */
export const EVENT_TYPES = ['SEND', 'DELIVERY', 'DELIVERY_DELAY', 'BOUNCE', 'COMPLAINT', 'REJECT'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The configuration sets by name, each with the types of events that it publishes to the default bus of EventBridge. */
export type ConfigurationSets = ReadonlyMap<string, ReadonlySet<string>>;

/** The configuration sets of a template. Event destinations other than EventBridge are reported to it. */
export function configurationSetsOf(template: Template): ConfigurationSets {
  const sets = new Map(
    template.ofType('AWS::SES::ConfigurationSet').map(({ physicalId }) => [physicalId, new Set<string>()] as const),
  );
  for (const resource of template.ofType('AWS::SES::ConfigurationSetEventDestination')) {
    const { ConfigurationSetName, EventDestination } = resource.properties;
    const { Enabled = true, EventBridgeDestination, MatchingEventTypes } = objectOf(EventDestination);
    if (!isObject(EventBridgeDestination)) {
      template.leaveOut(resource, 'only event destinations in EventBridge are emulated');
      continue;
    }
    if (Enabled !== true || !Array.isArray(MatchingEventTypes)) continue;
    const types = sets.get(String(ConfigurationSetName));
    for (const type of MatchingEventTypes) types?.add(String(type).toUpperCase());
  }
  return sets;
}
