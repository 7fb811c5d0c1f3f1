import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { updateMapRun } from '../api/states.ts';
import type { MapRun, MapRunSettings } from '../api/types.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { later } from '../i18n/later.ts';
import { FIELDS, type Fields, problemOf, readFields, writeFields } from './settings.ts';

const texts = later.mapRuns.limits;

/** Changes the limits of a Map Run while it runs. */
export function SettingsButton({ mapRun, onChanged }: { mapRun: MapRun; onChanged: () => void }) {
  const [fields, setFields] = useState<Fields>();
  const notify = useNotify();
  const running = mapRun.status === 'RUNNING';
  const problems = fields && FIELDS.map((field) => problemOf(field, fields[field.id]));
  return (
    <>
      <Button
        iconName="edit"
        disabled={!running}
        {...(!running && { disabledReason: texts.ended })}
        onClick={() => setFields(writeFields(mapRun))}
      >
        {texts.edit}
      </Button>
      <ConfirmModal
        visible={fields !== undefined}
        title={texts.title}
        confirm={texts.save}
        confirmDisabled={problems?.some((problem) => problem !== undefined) ?? false}
        onDismiss={() => setFields(undefined)}
        onConfirm={async () => {
          if (fields === undefined) return;
          const settings: MapRunSettings = readFields(fields);
          await updateMapRun(mapRun.mapRunArn, settings);
          notify('success', texts.done, texts.doneHint);
          onChanged();
        }}
      >
        <SpaceBetween size="m">
          {fields !== undefined &&
            FIELDS.map((field, index) => (
              <FormField
                key={field.id}
                label={texts[field.id].label}
                description={texts[field.id].description}
                errorText={problems?.[index]}
              >
                <Input
                  type="number"
                  inputMode="decimal"
                  value={fields[field.id]}
                  onChange={({ detail }) => setFields({ ...fields, [field.id]: detail.value })}
                />
              </FormField>
            ))}
        </SpaceBetween>
      </ConfirmModal>
    </>
  );
}
