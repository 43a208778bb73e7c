// Preact, its hooks, signals and tagged templates behind one name: what every component of the pages imports.

import { h, render, Fragment } from "../vendor/preact.mjs";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback } from "../vendor/preact-hooks.mjs";
import { batch, computed, effect, signal, untracked, useComputed, useSignal } from "../vendor/signals.mjs";
import htm from "../vendor/htm.mjs";

export const html = htm.bind(h);

export {
  Fragment,
  batch,
  computed,
  effect,
  render,
  signal,
  untracked,
  useCallback,
  useComputed,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useSignal,
  useState,
};
