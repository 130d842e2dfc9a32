# Modelled cost against footprint, skylake-sp (emulated machine)
# Makes model-footprint-skylake-sp.svg and model-footprint-skylake-sp.png: run it in this folder.
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
set output "model-footprint-skylake-sp.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Modelled cost against footprint, skylake-sp}" at screen 0.012, screen 0.9738 left
set label "{/*0.86 emulated machine · modelled cycles of skylake-sp, the middle of each range}" at screen 0.012, screen 0.9419 left
set label "native" at screen 0.024, screen 0.9099 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#8a8a8a" offset 0.9,-0.25
set label "EPT" at screen 0.138, screen 0.9099 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.221, screen 0.9099 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set multiplot
set lmargin at screen 0.085
set rmargin at screen 0.485
set tmargin at screen 0.8140
set bmargin at screen 0.5320
unset key
set border 3
set grid xtics ytics
set logscale x 2
set xrange [64/1.4:32768*1.4]
set xtics ("64" 64, "256" 256, "1024" 1024, "4096" 4096, "16384" 16384) font ",11"
set xlabel "pages touched" font ",11" offset 0,0.4
unset logscale y
set yrange [0:149.2]
set ytics autofreq font ",11"
set label "{/:Bold random: update}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "modelled cycles/op" at graph 0, graph 1 offset -5,0.9 left font ",11"
set arrow from 2048, graph 0 to 2048, graph 0.9 nohead back lw 1.5 dt 2 lc rgb "#e08a00"
set label "shadow cheaper from 2K pages" at graph 0.02, graph 0.96 left noenhanced font ",11" tc rgb "#e08a00"
plot "model-footprint-skylake-sp-1.tsv" using (column("x")):(column("native")) with linespoints pt 13 ps 0.9 lw 2 dt 3 lc rgb "#8a8a8a" notitle, \
  "model-footprint-skylake-sp-1.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "model-footprint-skylake-sp-1.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
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
set xrange [64/1.4:32768*1.4]
set xtics ("64" 64, "256" 256, "1024" 1024, "4096" 4096, "16384" 16384) font ",11"
set xlabel "pages touched" font ",11" offset 0,0.4
set logscale y 10
set yrange [0.8:1300]
set ytics ("1" 1, "10" 10, "100" 100, "1k" 1000) font ",11"
set label "{/:Bold pointer-chase: chase}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "modelled cycles/op, log axis" at graph 0, graph 1 offset -5,0.9 left font ",11"
set arrow from 2048, graph 0 to 2048, graph 0.9 nohead back lw 1.5 dt 2 lc rgb "#e08a00"
set label "shadow cheaper from 2K pages" at graph 0.02, graph 0.96 left noenhanced font ",11" tc rgb "#e08a00"
plot "model-footprint-skylake-sp-2.tsv" using (column("x")):(column("native")) with linespoints pt 13 ps 0.9 lw 2 dt 3 lc rgb "#8a8a8a" notitle, \
  "model-footprint-skylake-sp-2.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "model-footprint-skylake-sp-2.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
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
set xrange [64/1.4:65536*1.4]
set xtics ("64" 64, "256" 256, "1024" 1024, "4096" 4096, "16384" 16384, "65536" 65536) font ",11"
set xlabel "pages touched" font ",11" offset 0,0.4
unset logscale y
set yrange [0:219]
set ytics autofreq font ",11"
set label "{/:Bold reach: access}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "modelled cycles/op" at graph 0, graph 1 offset -5,0.9 left font ",11"
set arrow from 4096, graph 0 to 4096, graph 0.9 nohead back lw 1.5 dt 2 lc rgb "#e08a00"
set label "shadow cheaper from 4K pages" at graph 0.02, graph 0.96 left noenhanced font ",11" tc rgb "#e08a00"
plot "model-footprint-skylake-sp-3.tsv" using (column("x")):(column("native")) with linespoints pt 13 ps 0.9 lw 2 dt 3 lc rgb "#8a8a8a" notitle, \
  "model-footprint-skylake-sp-3.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "model-footprint-skylake-sp-3.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
unset label
unset arrow
set lmargin at screen 0.580
set rmargin at screen 0.980
set tmargin at screen 0.3779
set bmargin at screen 0.0959
unset key
set border 3
set grid xtics ytics
set logscale x 2
set xrange [64/1.4:65536*1.4]
set xtics ("64" 64, "256" 256, "1024" 1024, "4096" 4096, "16384" 16384, "65536" 65536) font ",11"
set xlabel "pages touched" font ",11" offset 0,0.4
unset logscale y
set yrange [0:139.8]
set ytics autofreq font ",11"
set label "{/:Bold reach: access locality=1}" at graph 0, graph 1 offset -5,1.9 left font ",12"
set label "modelled cycles/op" at graph 0, graph 1 offset -5,0.9 left font ",11"
set arrow from 4096, graph 0 to 4096, graph 0.9 nohead back lw 1.5 dt 2 lc rgb "#e08a00"
set label "shadow cheaper from 4K pages" at graph 0.02, graph 0.96 left noenhanced font ",11" tc rgb "#e08a00"
plot "model-footprint-skylake-sp-4.tsv" using (column("x")):(column("native")) with linespoints pt 13 ps 0.9 lw 2 dt 3 lc rgb "#8a8a8a" notitle, \
  "model-footprint-skylake-sp-4.tsv" using (column("x")):(column("spt")) with linespoints pt 5 ps 0.9 lw 2 dt 1 lc rgb "#e08a00" notitle, \
  "model-footprint-skylake-sp-4.tsv" using (column("x")):(column("ept")) with linespoints pt 7 ps 0.8 lw 2 dt 1 lc rgb "#0060a8" notitle
unset label
unset arrow
unset multiplot
unset output
}
