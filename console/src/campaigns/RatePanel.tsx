import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useState } from 'react';
import { type Rate, setRate } from '../api/rate.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { formatCount, formatRate } from '../format/number.ts';
import { useNotify } from '../frame/notifications.tsx';
import { t } from '../i18n/texts.ts';

/** The rate of the account, which all campaigns share, with a way to change it. */
export function RatePanel({ rate, refresh }: { rate: Rate; refresh: () => void }) {
  const [editing, setEditing] = useState(false);
  const texts = t.rate;
  const { max24HourSend, sentLast24Hours } = rate;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={texts.description}
          actions={<Button onClick={() => setEditing(true)}>{texts.change}</Button>}
        >
          {texts.title}
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        minColumnWidth={140}
        items={[
          { label: texts.inForce, value: texts.perSecond(formatRate(rate.perSecond)) },
          {
            label: texts.allowedBySes,
            value: rate.allowed == null ? texts.unknown : texts.perSecond(formatRate(rate.allowed)),
          },
          { label: texts.used, value: texts.perSecond(formatRate(rate.usedPerSecond)) },
          ...(max24HourSend == null || sentLast24Hours == null
            ? []
            : [
                {
                  label: texts.today,
                  value:
                    max24HourSend < 0
                      ? texts.unlimited(formatCount(sentLast24Hours))
                      : t.campaigns.sentOf(formatCount(sentLast24Hours), formatCount(max24HourSend)),
                },
              ]),
        ]}
      />
      {editing && <RateModal rate={rate} onDismiss={() => setEditing(false)} onDone={refresh} />}
    </Container>
  );
}

function RateModal({ rate, onDismiss, onDone }: { rate: Rate; onDismiss: () => void; onDone: () => void }) {
  const notify = useNotify();
  const [text, setText] = useState(String(rate.perSecond));
  const texts = t.rate;
  const wanted = Number(text.replace(',', '.'));
  const isValid = text.trim() !== '' && wanted >= 0.1 && wanted <= 10_000;
  return (
    <ConfirmModal
      visible
      title={texts.changeTitle}
      confirm={texts.set}
      confirmDisabled={!isValid}
      onDismiss={onDismiss}
      onConfirm={async () => {
        await setRate(wanted);
        notify('success', texts.done(formatRate(wanted)));
        onDone();
      }}
    >
      <FormField
        label={texts.label}
        description={texts.changeWhat}
        {...(!isValid && { errorText: texts.invalid })}
        {...(rate.allowed != null && { constraintText: texts.atMost(formatRate(rate.allowed)) })}
      >
        <Input value={text} inputMode="decimal" onChange={({ detail }) => setText(detail.value)} />
      </FormField>
    </ConfirmModal>
  );
}
