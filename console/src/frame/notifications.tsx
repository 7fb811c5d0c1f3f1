import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

type Notify = (type: FlashbarProps.Type, header: string, content?: string) => void;

const NotifyContext = createContext<Notify>(() => undefined);
const ItemsContext = createContext<FlashbarProps.MessageDefinition[]>([]);

/** Shows a message above the page until it is dismissed. */
export function useNotify(): Notify {
  return useContext(NotifyContext);
}

export function NotificationProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);
  const notify = useCallback<Notify>((type, header, content) => {
    const id = crypto.randomUUID();
    const dismiss = () => setItems((all) => all.filter((item) => item.id !== id));
    setItems((all) => [{ id, type, header, content, dismissible: true, onDismiss: dismiss }, ...all].slice(0, 5));
    // A success message disappears by itself. An error stays until it is dismissed.
    if (type === 'success') window.setTimeout(dismiss, 6000);
  }, []);
  return (
    <NotifyContext value={notify}>
      <ItemsContext value={items}>{children}</ItemsContext>
    </NotifyContext>
  );
}

export function Notifications() {
  const items = useContext(ItemsContext);
  return useMemo(() => <Flashbar items={items} stackItems={items.length > 2} />, [items]);
}
