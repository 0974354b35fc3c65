// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>

namespace spillway::ui {

class SequenceView;

enum class SequenceFormat { Svg, Pdf };

/// Asks for a file and draws the whole sequence into it, as it is unfolded now.
void exportSequence(SequenceView& view, SequenceFormat format);

/// One picture as high as the sequence is long.
void writeSequenceSvg(const SequenceView& view, QIODevice& out);
/// Pages of A4, each with the names of the lifelines on top.
void writeSequencePdf(const SequenceView& view, QIODevice& out);

}  // namespace spillway::ui
