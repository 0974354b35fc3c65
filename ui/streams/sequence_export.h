// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>

class QPagedPaintDevice;

namespace spillway::ui {

class SequenceView;

enum class SequenceFormat { Svg, Pdf };

/// Asks for a file and draws the whole sequence into it, as it is unfolded now.
void exportSequence(SequenceView& view, SequenceFormat format);

/// Asks for a printer and prints it likewise.
void printSequence(SequenceView& view);

/// One picture as high as the sequence is long.
void writeSequenceSvg(const SequenceView& view, QIODevice& out);
/// Pages of A4 in the colours of paper, each with the names of the lifelines on top.
void writeSequencePdf(const SequenceView& view, QIODevice& out);
/// The same pages on any device that has such; returns how many they are.
int drawSequencePages(const SequenceView& view, QPagedPaintDevice& device);

}  // namespace spillway::ui
