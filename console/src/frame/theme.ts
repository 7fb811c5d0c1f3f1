import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useEffect } from 'react';
import { useMedia } from '../live/useMedia.ts';
import { read, useStored } from '../live/useStored.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

const DARK = '(prefers-color-scheme: dark)';

/** Applies the theme before the first paint, so that a dark page never flashes white. */
export function applyStoredTheme(): void {
  apply(isDark(read<ThemeChoice>('theme') ?? 'system', window.matchMedia(DARK).matches));
}

/** The theme in use, the stored choice, and a setter. */
export function useTheme(): { dark: boolean; choice: ThemeChoice; choose: (choice: ThemeChoice) => void } {
  const [choice, choose] = useStored<ThemeChoice>('theme', 'system');
  const dark = isDark(choice, useMedia(DARK));
  useEffect(() => apply(dark), [dark]);
  return { dark, choice, choose };
}

function isDark(choice: ThemeChoice, systemIsDark: boolean): boolean {
  return choice === 'system' ? systemIsDark : choice === 'dark';
}

function apply(dark: boolean): void {
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
}
