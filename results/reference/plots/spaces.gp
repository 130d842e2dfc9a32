# Cost of a switch against the number of address spaces (emulated machine)
# Makes spaces.svg and spaces.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,688 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1376 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "spaces.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Cost of a switch against the number of address spaces}" at screen 0.012, screen 0.9738 left
set label "{/*0.86 emulated machine · one switch: load another CR3, touch its pages}" at screen 0.012, screen 0.9419 left
set label "EPT" at screen 0.024, screen 0.9099 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.106, screen 0.9099 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (vtlb)" at screen 0.317, screen 0.9099 left noenhanced font ",12" point pt 8 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (trap)" at screen 0.507, screen 0.9099 left noenhanced font ",12" point pt 12 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set multiplot
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.8140
set bmargin at screen 0.5320
unset key
set border 3
set grid xtics ytics
set logscale x 2
set xrange [2/1.4:32*1.4]
set xtics ("2" 2, "4" 4, "8" 8, "16" 16, "32" 32) font ",11"
set xlabel "address spaces" font ",11" offset 0,0.4
set logscale y 10
set yrange [80:1.3e+05]
set ytics ("100" 100, "1k" 1000, "10k" 10000, "100k" 100000) font ",11"
set label "{/:Bold switch: first-round (cold)}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "instructions/op, log axis" at graph 0, graph 1 offset -5,0.9 left font ",11"
plot "spaces-1.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "spaces-1.tsv" using (column("x")):(column("vtlb")) with linespoints pt 8 ps 1.2 lw 2 dt 2 lc rgb "#e08a00" notitle, \
  "spaces-1.tsv" using (column("x")):(column("trap")) with linespoints pt 12 ps 1.5 lw 2 dt 4 lc rgb "#e08a00" notitle, \
  "spaces-1.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
unset label
unset arrow
set lmargin at screen 0.580
set rmargin at screen 0.980
set tmargin at screen 0.8140
set bmargin at screen 0.5320
unset key
set border 3
set grid xtics ytics
set logscale x 2
set xrange [2/1.4:32*1.4]
set xtics ("2" 2, "4" 4, "8" 8, "16" 16, "32" 32) font ",11"
set xlabel "address spaces" font ",11" offset 0,0.4
set logscale y 10
set yrange [80:1.3e+05]
set ytics ("100" 100, "1k" 1000, "10k" 10000, "100k" 100000) font ",11"
set label "{/:Bold switch (change)}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "instructions/op, log axis" at graph 0, graph 1 offset -5,0.9 left font ",11"
plot "spaces-2.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "spaces-2.tsv" using (column("x")):(column("vtlb")) with linespoints pt 8 ps 1.2 lw 2 dt 2 lc rgb "#e08a00" notitle, \
  "spaces-2.tsv" using (column("x")):(column("trap")) with linespoints pt 12 ps 1.5 lw 2 dt 4 lc rgb "#e08a00" notitle, \
  "spaces-2.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
unset label
unset arrow
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.3779
set bmargin at screen 0.0959
unset key
set border 3
set grid xtics ytics
set logscale x 2
set xrange [2/1.4:32*1.4]
set xtics ("2" 2, "4" 4, "8" 8, "16" 16, "32" 32) font ",11"
set xlabel "address spaces" font ",11" offset 0,0.4
unset logscale y
set yrange [0:13.76]
set ytics autofreq font ",11"
set label "{/:Bold switch (exits)}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "exits/op" at graph 0, graph 1 offset -5,0.9 left font ",11"
plot "spaces-3.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "spaces-3.tsv" using (column("x")):(column("vtlb")) with linespoints pt 8 ps 1.2 lw 2 dt 2 lc rgb "#e08a00" notitle, \
  "spaces-3.tsv" using (column("x")):(column("trap")) with linespoints pt 12 ps 1.5 lw 2 dt 4 lc rgb "#e08a00" notitle, \
  "spaces-3.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
unset label
unset arrow
unset multiplot
unset output
}
