# What backing=2m ept.leaf=2m changes (emulated machine)
# Makes ablation-backing-2m-ept-leaf-2m.svg and ablation-backing-2m-ept-leaf-2m.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,332 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,664 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-backing-2m-ept-leaf-2m.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold What backing=2m ept.leaf=2m changes}" at screen 0.012, screen 0.9458 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8795 left
set label "default knobs" at screen 0.024, screen 0.8133 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "EPT, backing=2m ept.leaf=2m" at screen 0.214, screen 0.8133 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set multiplot
set yrange [-5.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6265
set bmargin at screen 0.2229
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "pointer-chase: build" -4.90)
set label "{/:Bold EPT}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.555
set logscale x 10
set xrange [0.7:1400]
set xtics ("1" 1, "100" 100) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-backing-2m-ept-leaf-2m.tsv" using (column("cost default")):(column("y")):(column("cost change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("cost ept")):(column("y")) with points pt 7 ps 0.85 lc rgb "#0060a8" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("cost default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset label
set yrange [-5.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6265
set bmargin at screen 0.2229
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "pointer-chase: build" -4.90)
unset ytics
set rmargin at screen 0.760
unset logscale x
set xrange [-0.0575:1.15]
set xtics 0,0.5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-backing-2m-ept-leaf-2m.tsv" using (column("exits default")):(column("y")):(column("exits change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("exits ept")):(column("y")) with points pt 7 ps 0.85 lc rgb "#0060a8" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("exits default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset label
set yrange [-5.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6265
set bmargin at screen 0.2229
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "pointer-chase: build" -4.90)
unset ytics
set rmargin at screen 0.965
unset logscale x
set xrange [-0.005:0.1]
set xtics 0,0.05 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-backing-2m-ept-leaf-2m.tsv" using (column("executed default")):(column("y")):(column("executed change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("executed ept")):(column("y")) with points pt 7 ps 0.85 lc rgb "#0060a8" notitle, \
  "ablation-backing-2m-ept-leaf-2m.tsv" using (column("executed default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset multiplot
unset output
}
