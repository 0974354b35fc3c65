// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme_colors.h"

namespace spillway::ui {

namespace {

ThemeColors makeLight() {
  ThemeColors colors;
  colors.window = "#fbfcfd";
  colors.surface = "#ffffff";
  colors.sunken = "#f2f4f7";
  colors.border = "#dfe3e8";
  colors.text = "#1d2430";
  colors.mutedText = "#5b6570";
  colors.accent = "#0a66b7";
  colors.accentSoft = "#dbe8f5";
  colors.onAccent = "#ffffff";
  colors.good = "#007a53";
  colors.bad = "#b54708";
  colors.warning = "#8a5d00";
  colors.notice = "#0a66b7";
  colors.request = "#0072b2";
  colors.response = "#009e73";
  colors.headers = "#6b7480";
  colors.trailers = "#b4578a";
  colors.healthy = "#309b81";
  colors.unhealthy = "#642207";
  colors.initial = "#0147e0";
  colors.draining = "#8d8137";
  colors.unused = "#3c3f43";
  const char* series[8] = {"#0072b2", "#cc79a7", "#009e73", "#56b4e9",
                           "#d55e00", "#e69f00", "#6f4fb3", "#7a828c"};
  for (int i = 0; i < 8; ++i)
    colors.series[i] = series[i];
  return colors;
}

ThemeColors makeDark() {
  ThemeColors colors;
  colors.window = "#14181e";
  colors.surface = "#1b2027";
  colors.sunken = "#11151a";
  colors.border = "#303843";
  colors.text = "#e6eaef";
  colors.mutedText = "#9aa5b2";
  colors.accent = "#4a9ae8";
  colors.accentSoft = "#1e3a57";
  colors.onAccent = "#08131f";
  colors.good = "#4cc995";
  colors.bad = "#f58a4b";
  colors.warning = "#e5b84a";
  colors.notice = "#7ab8f5";
  colors.request = "#56a8e8";
  colors.response = "#3ecf9b";
  colors.headers = "#98a2ae";
  colors.trailers = "#e39ac2";
  colors.healthy = "#55ffb3";
  colors.unhealthy = "#ce5f26";
  colors.initial = "#4890fd";
  colors.draining = "#fad019";
  colors.unused = "#767677";
  const char* series[8] = {"#4aa3e0", "#dd93bd", "#2cc295", "#8fd0f7",
                           "#f07f3c", "#f0b429", "#a98ae8", "#9aa3ad"};
  for (int i = 0; i < 8; ++i)
    colors.series[i] = series[i];
  return colors;
}

}  // namespace

const ThemeColors& lightColors() {
  static const ThemeColors colors = makeLight();
  return colors;
}

const ThemeColors& darkColors() {
  static const ThemeColors colors = makeDark();
  return colors;
}

}  // namespace spillway::ui
